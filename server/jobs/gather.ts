type Asked<Item, Answer> = {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

const batchMax = 200;

/**
 * Sends what is asked for in batches that make themselves: one at a time is under way, and what comes meanwhile
 * goes with the next. Whoever is alone waits for nobody. `send` answers in the order of its items.
 */
export function gathered<Item, Answer>(
  send: (items: Item[]) => Promise<Answer[]>,
): (item: Item) => Promise<Answer> {
  const waiting: Asked<Item, Answer>[] = [];
  let busy = false;
  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchMax);
      try {
        const answers = await send(batch.map(({ item }) => item));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false;
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
