"""Articles on disk, in TinyDB files: format, storage, salvage."""
