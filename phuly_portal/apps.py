from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "phuly_portal.admin.PortalAdminSite"
