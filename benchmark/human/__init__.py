"""Human evaluation: blinded forms for people, and what they said, by the judges' protocols, tables and tests."""
