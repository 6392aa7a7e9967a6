from django.http import HttpResponse


def proof(request, proof):
    return HttpResponse()


def check_file(request):
    return HttpResponse()
