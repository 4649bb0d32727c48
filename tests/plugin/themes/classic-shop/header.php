<!DOCTYPE html>
<html <?php language_attributes(); ?>>
<head><meta charset="<?php bloginfo( 'charset' ); ?>"><meta name="viewport" content="width=device-width"><?php wp_head(); ?><link rel="stylesheet" href="<?php echo esc_url( get_stylesheet_uri() ); ?>"></head>
<body <?php body_class(); ?>><?php wp_body_open(); ?>
<header class="site-header"><a href="<?php echo esc_url( home_url( '/' ) ); ?>"><?php bloginfo( 'name' ); ?></a></header>
