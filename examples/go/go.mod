module example.com/rotation

go 1.19
