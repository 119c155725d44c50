// Draws the reference. https://redocly.com/docs/redoc/v2.x/config has the options.

const text = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const code = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

Redoc.init(
  "/openapi.json",
  {
    // The search runs in a worker made of a blob:, which the policy of this page forbids. All is on one page: the
    // search of the browser finds it.
    disableSearch: true,
    // On a phone, the panel of examples comes last, and the path belongs to the heading.
    pathInMiddlePanel: true,
    nativeScrollbars: true,
    sanitize: true,
    sortRequiredPropsFirst: true,
    hideSchemaTitles: true,
    expandResponses: "200,201",
    jsonSamplesExpandLevel: 3,
    scrollYOffset: 0,
    theme: {
      spacing: { sectionVertical: 24 },
      breakpoints: { medium: "50rem", large: "75rem" },
      colors: { primary: { main: "#0b57a8" }, text: { primary: "#1f2733" } },
      typography: {
        fontSize: "15px",
        fontFamily: text,
        headings: { fontFamily: text, fontWeight: "600" },
        code: { fontFamily: code, fontSize: "13px", color: "#9c1f4b", wrap: true },
      },
      sidebar: { width: "280px", backgroundColor: "#f6f8fa" },
      rightPanel: { backgroundColor: "#1f2733" },
    },
  },
  document.getElementById("reference"),
);
