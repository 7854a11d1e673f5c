// The search of the site: understands a query, finds what the texts of one language say on it, and says how sure that is.
//
// It runs in a worker or, where the browser refuses one (a site opened from a folder), in the page itself. The build puts
// its parts in the place of their imports. scripts/plansite/site/search_index.py writes the indexes.

importScripts("search/text.js");
importScripts("search/index.js");
importScripts("search/query.js");
importScripts("search/score.js");
importScripts("search/results.js");
importScripts("search/worker.js");
