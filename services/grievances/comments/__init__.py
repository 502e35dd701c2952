"""Comments 留言: what complainant and workers write to each other about a case, and workers among themselves."""
