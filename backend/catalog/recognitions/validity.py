"""What may be called an assistance product: one recognition is valid on the day that counts.

Written as SQL over `recognitions r`, with the Shanghai calendar day as `:today`; both ends of a
validity count. Lists, details and offers all ask by it, so they never disagree.
"""

VALID = "r.status = 'valid' AND r.valid_from <= :today AND r.valid_to >= :today"

THE_LONGEST_VALID = f"{VALID} ORDER BY r.valid_to DESC, r.id LIMIT 1"
"""Of several valid ones, the one that is shown and that an order line keeps."""

OFFERED = f"""(NOT EXISTS (SELECT 1 FROM recognitions r WHERE r.product_id = p.id)
               OR EXISTS (SELECT 1 FROM recognitions r WHERE r.product_id = p.id AND {VALID}))"""
"""Over `products p`: what has recognitions is offered while one of them is valid.

A product that was never recognised is sold as what it is, an ordinary one.
"""
