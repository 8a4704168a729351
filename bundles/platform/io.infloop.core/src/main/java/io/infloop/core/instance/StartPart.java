package io.infloop.core.instance;

/**
 * Marks a part of the server as ready: a service without methods that a part registers, with the property {@value #NAME}, once it can
 * serve. The listener opens when every part that the distribution requires has done so.
 */
public interface StartPart {
    /** Service property: {@code plugins}, {@code engine}, {@code ingress} or {@code rest}. */
    String NAME = "infloop.part";

    /** Framework property: the parts to wait for, separated by commas. */
    String REQUIRED_PARTS = "infloop.parts";
}
