export { AccountFrame as default } from "#app/(console)/_account/account-frame.tsx";
