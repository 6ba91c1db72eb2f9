from django.urls import path

from tracte.portal import opinion_views

urlpatterns = [
    path("<str:token>/", opinion_views.opinion, name="opinion"),
    path("<str:token>/<int:mark>/", opinion_views.opinion, name="opinion_mark"),
]
