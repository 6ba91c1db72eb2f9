from django.urls import path

from tracte.desk import joining_views, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("purpose/", views.purpose, name="purpose"),
    path("people/", views.people, name="people"),
    path("people/<uuid:person>/", views.person, name="person"),
    path("people/<uuid:person>/interactions/<uuid:interaction>/", views.interaction, name="interaction"),
    path("people/<uuid:person>/identifiers/<uuid:identifier>/", views.identifier, name="identifier"),
    path("people/<uuid:person>/merge/", joining_views.choose, name="choose"),
    path("people/<uuid:person>/merge/<uuid:other>/", joining_views.merge, name="merge"),
    path("people/<uuid:person>/split/", joining_views.split, name="split"),
]
