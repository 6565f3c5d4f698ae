/* The critical section of a program in C for a Cortex-M0, which has no
 * compare-and-swap. logring takes one around each of its few steps that need it.
 *
 * It may be entered while interrupts are masked already, in a section of the
 * program's own: so the end restores what was before, and does not unmask. And it
 * nests: a handler of faults, which nothing masks, may log in the middle of one. */
#include <stdint.h>

static uint32_t depth, was_masked; /* only touched while interrupts are masked */

void _critical_section_1_0_acquire(void);
void _critical_section_1_0_release(void);

void _critical_section_1_0_acquire(void) {
  uint32_t masked;
  __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(masked) : : "memory");
  if (depth == 0) was_masked = masked & 1;
  depth++;
}

void _critical_section_1_0_release(void) {
  depth--;
  if (depth == 0 && !was_masked) __asm__ volatile("cpsie i" : : : "memory");
}
