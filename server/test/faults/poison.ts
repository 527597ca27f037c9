/** The counting worker that meets this one dies of it, every time. */
export const poisonId = "00000000-0000-4000-8000-00000000dead";
