/**
 * The Spring Cloud Gateway filter: HTTP in, decision, HTTP out.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway;

import org.jspecify.annotations.NullMarked;
