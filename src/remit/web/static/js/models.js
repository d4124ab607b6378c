// On a narrow screen the facets start folded.
(function () {
  "use strict";
  const facets = document.querySelector(".mo-facets");
  if (facets && matchMedia("(max-width: 1000px)").matches) facets.open = false;
})();
