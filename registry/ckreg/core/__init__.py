"""What a registry is: values and text in, values and text out."""
