// After a log-in that interrupted a form, send that form without another click.
document.querySelector("[data-go-on]").requestSubmit();
