from django.urls import path

from tracte.channels import views

urlpatterns = [path("<slug:key>/", views.hook, name="hook")]
