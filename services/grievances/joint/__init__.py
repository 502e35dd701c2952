"""Joint cases 联合治理: a dispute put before the five bodies 五位一体, with answers, tasks and a dated decision."""
