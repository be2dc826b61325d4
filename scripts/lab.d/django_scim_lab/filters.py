"""What can be filtered by: the library's own list, and externalId. It has no list for groups."""

from django_scim.filters import GroupFilterQuery, UserFilterQuery

EXTERNAL_ID = {("externalId", None, None): "scim_external_id"}


class UserFilter(UserFilterQuery):
    attr_map = UserFilterQuery.attr_map | EXTERNAL_ID


class GroupFilter(GroupFilterQuery):
    attr_map = {("displayName", None, None): "name"} | EXTERNAL_ID
