"""Strings in, strings out: sanitizing, words, sentences, summaries, HTML, charsets, URLs. No I/O."""
