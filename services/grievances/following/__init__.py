"""Following a case 案件查询: what who filed sees and says of it, with an account or with number and secret alone."""
