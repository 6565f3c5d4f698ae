/* logring: a log queue whose producers never wait. The C interface.
 *
 * So far it tells its version only.
 */
#ifndef LOGRING_H
#define LOGRING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header: major * 1000000 + minor * 1000 + patch. */
#define LOGRING_VERSION_NUMBER 1000
#define LOGRING_VERSION_STRING "0.1.0"
/* The version of the binary interface that this header describes. */
#define LOGRING_ABI_VERSION 0

/* The same of the library that is linked. Thread, interrupt, signal handler,
 * forked child, panic handler; one step each. The string is static and never
 * NULL. */
uint32_t logring_version_number(void);
const char *logring_version_string(void);
uint32_t logring_abi_version(void);

#ifdef __cplusplus
}
#endif

#endif /* LOGRING_H */
