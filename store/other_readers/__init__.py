"""Other readers: their feeds, saved searches and articles, from where these programs keep them."""

OTHER_READER_NAMES = ("newsboat", "eilmeldung", "elfeed")
"""The programs of `store.other_readers.programs`, which need not be imported to know them."""
