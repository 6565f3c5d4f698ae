/* Compiled with -DCAP=n: succeeds if there is a ring of capacity n, and fails
 * if there is none. */
#include "logring.h"

LOGRING_STATIC_DEFINE(memory, CAP);

int main(void)
{
  return sizeof memory == LOGRING_MEM_SIZE(CAP) ? memory[0] : 1;
}
