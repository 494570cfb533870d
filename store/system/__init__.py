"""The operating system: durable files and locks, line files, paths, this machine, user programs."""
