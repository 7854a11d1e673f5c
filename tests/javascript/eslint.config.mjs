// What our scripts may use: nothing that one of the oldest supported browsers (README.md, "Browsers") does not know.
import compat from "eslint-plugin-compat";
import esX from "eslint-plugin-es-x";

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  esX.configs["flat/restrict-to-es2020"],
  compat.configs["flat/recommended"],
  {
    languageOptions: { ecmaVersion: 2020, sourceType: "script" },
    settings: { "es-x": { aggressive: true }, browsers: ["chrome 87", "safari 14", "firefox 78"] },
    rules: {
      "es-x/no-regexp-lookbehind-assertions": "error",
      "es-x/no-bigint": "error",
      // These browsers are ahead of the standard of their year.
      "es-x/no-string-prototype-replaceall": "off",
    },
  },
];
