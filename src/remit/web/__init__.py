"""Pages and htmx partials: translate, call one action or query, translate back."""
