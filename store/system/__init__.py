"""The operating system: durable files and locks, line files, paths, this machine, the user's programs."""
