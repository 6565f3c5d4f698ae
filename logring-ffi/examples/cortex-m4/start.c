/* From reset to main: a stack, and vectors. RAM is zero when the emulator
 * starts; a board clears .bss here. */
#include "board.h"

extern uint32_t stack_top;
int main(void);
void timer_interrupt(void);
void reset(void);

void reset(void) { leave(main() == 0); }

static void fault(void) {
  say("fault\n");
  leave(0);
}

typedef void (*vector_t)(void);

__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  vector_t vectors[15];
} vectors = {
    &stack_top,
    {reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, timer_interrupt},
};
