/* Address literals. No names: a pod's resolver is not the pause's business. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "sys.h"

/* parse_address fills *to from an IPv4 or IPv6 literal, all but the port. It answers the size of the
 * address, or 0 when the text is no literal. Zones (fe80::1%eth0) are not taken. */
long parse_address(struct sockaddr *to, const char *text);

#endif
