/* What the program needs of the board: a timer that fires once, and a way to
 * say something. Both are the processor's own. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define SYSTICK_CTRL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_LOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_NOW (*(volatile uint32_t *)0xE000E018u)

/* Fires the timer's interrupt once, `ticks` from now. */
static inline void timer_start(uint32_t ticks) {
  SYSTICK_LOAD = ticks;
  SYSTICK_NOW = 0;
  SYSTICK_CTRL = 7; /* the processor's clock, with interrupt, on */
}

static inline void timer_stop(void) { SYSTICK_CTRL = 0; }

/* Calls the debugger that QEMU plays: operation and argument. */
static inline uint32_t semihosting(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static inline void say(const char *text) { semihosting(0x04, text); }

/* Ends the emulator, which ends with 0 or 1. */
static inline void leave(int ok) {
  const uint32_t reason = ok ? 0x20026u : 0x20023u; /* an exit, or a run-time error */
  semihosting(0x18, (const void *)reason);
  for (;;) {
  }
}

#endif /* BOARD_H */
