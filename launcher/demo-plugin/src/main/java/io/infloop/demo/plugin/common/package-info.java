/** What both versions of the plugin share. */
package io.infloop.demo.plugin.common;
