"""A Django site with django-scim2, for the lab."""
