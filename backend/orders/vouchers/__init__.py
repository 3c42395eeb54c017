"""Tourism services: paying yields vouchers, the supplier redeems them on site."""
