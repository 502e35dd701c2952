"""The subcommands of `linli`, one module each; linli.cli imports a module only when its command is run."""
