import "./theme.css";

import { render } from "preact";

import { App } from "./App.tsx";
import { startRouter } from "./router.ts";

startRouter();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
