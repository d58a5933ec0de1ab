/** Signing in. */
import "./session.css";

export { SignInPage } from "./SignInPage.tsx";
