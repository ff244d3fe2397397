// Draws the reference from the OpenAPI document.

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
