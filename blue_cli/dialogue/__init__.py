"""What a dialogue is. Pure: text and bytes in, immutable values out."""
