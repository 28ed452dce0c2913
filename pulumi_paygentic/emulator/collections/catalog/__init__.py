"""The catalog: products, metrics, prices, plans and their versions, fees, features, items."""
