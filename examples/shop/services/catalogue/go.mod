module shop.example/catalogue

go 1.23
