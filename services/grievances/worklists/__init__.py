"""Lists to work from: what lies in an area or is one's own, newest first or by what is due, and what words find."""
