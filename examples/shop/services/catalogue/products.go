package main

// product is one thing that the shop sells.
type product struct {
	SKU   string `json:"sku"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
	Stock int    `json:"stock"`
}

var products = []product{
	{SKU: "mug-blue", Name: "Blue mug", Cents: 1290, Stock: 140},
	{SKU: "mug-red", Name: "Red mug", Cents: 1290, Stock: 12},
	{SKU: "teapot-1l", Name: "Teapot, 1 litre", Cents: 3450, Stock: 31},
	{SKU: "tea-assam-250", Name: "Assam, 250 g", Cents: 899, Stock: 420},
}
