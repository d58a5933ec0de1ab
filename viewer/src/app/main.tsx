import "./theme.css";
import "./base.css";
import "./frame.css";

import { render } from "preact";

import { App } from "./App.tsx";
import { startRouter } from "./router.ts";
import { start } from "./services.ts";

startRouter();
start();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
