module hello-fixed

go 1.19
