"""The operating system: durable files and locks, paths, this machine, helper processes, user programs."""
