"""A library on PostgreSQL, for many readers: `newstui[postgres]`."""

from store.system.openssl import with_empty_ssl, without_openssl

with without_openssl():
    import asyncio  # noqa: F401 - psycopg would import it with what is empty
with with_empty_ssl():  # for a version of OpenSSL that no longer exists; libpq brings its own
    import psycopg  # noqa: F401
