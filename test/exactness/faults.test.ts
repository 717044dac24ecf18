import { expect, test } from "vitest"
import { edited, FAULTS } from "./faults.ts"

test.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  "the functions of today can be made wrong so that %s",
  (_name, fault) => {
    expect(edited(fault).length).toBeGreaterThan(0)
  },
)
